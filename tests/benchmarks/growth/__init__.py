"""What a page costs as something grows: measured, written to data files, drawn from those."""
