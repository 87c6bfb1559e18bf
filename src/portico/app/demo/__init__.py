"""The demo: a small chain of home shops in Madrid, Milan, Moscow and London, invented from its name to its pictures.

`seed` puts it in through the rooms' own commands, `mailbox` stands in for the world's mail servers, `chain` says who
sells and who works there, `catalogue` what is sold, `art` draws it.
"""
