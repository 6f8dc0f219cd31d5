"""Content codings (RFC 9110, 8.4): which we have, which a browser takes, and bytes packed in them."""

from webapp.codings.accepted import Chooser
from webapp.codings.coding import Coding, Packer, codings, page_codings

__all__ = ["Chooser", "Coding", "Packer", "codings", "page_codings"]
