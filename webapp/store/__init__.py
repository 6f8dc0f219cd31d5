"""What processes share in Redis or Valkey: sessions' records, sealed, and what is counted and marked beside them."""

from webapp.store.connection import Store
from webapp.store.deposits import Deposit, Deposits
from webapp.store.indexes import Indexes
from webapp.store.locks import Locks
from webapp.store.marks import Marks
from webapp.store.records import Head, Record, Records, Use, batched
from webapp.store.sealing import Foreign, Sealer, Unsealable
from webapp.store.tries import Tries
from webapp.store.urls import connect

__all__ = [
    "Deposit",
    "Deposits",
    "Foreign",
    "Head",
    "Indexes",
    "Locks",
    "Marks",
    "Record",
    "Records",
    "Sealer",
    "Store",
    "Tries",
    "Unsealable",
    "Use",
    "batched",
    "connect",
]
