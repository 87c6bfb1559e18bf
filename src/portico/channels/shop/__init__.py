"""The web shop: pages rendered by the server, complete without JavaScript."""
