"""Fetches the API's OpenAPI document: from a file, from a URL, or by looking around at the API."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from webapp.client import APIClient
from webapp.errors import DocumentError
from webapp.openapi.discover import Fetched, discover
from webapp.openapi.document import Document
