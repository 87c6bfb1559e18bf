"""Files of other shops: their items, stores, customers and past orders, read whole and checked before anything is written."""
