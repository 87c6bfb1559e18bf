"""Putting the rooms together: the web application, the worker, the command line, the demo."""
