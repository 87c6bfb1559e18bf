"""Files of other shops: items, stores, customers, past orders; checked whole before anything is written."""
