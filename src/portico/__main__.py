"""The `portico` command: the application's commands, and those of the laboratory that stands above it."""

from portico.app.cli import main
from portico.lab.commands import bench

main.add_command(bench)

if __name__ == "__main__":
    main()
