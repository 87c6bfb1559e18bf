"""All SQL of stock: rows and movements, holds, policies."""
