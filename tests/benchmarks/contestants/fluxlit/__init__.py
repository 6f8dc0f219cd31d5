"""FluxLit, as its documentation shows it; run by the Python it is installed in."""
