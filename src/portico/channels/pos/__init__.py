"""The till's pages from the server: receipts to print."""
