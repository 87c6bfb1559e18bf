"""The `portico` command: the application's commands, and those of the laboratory that stands above it."""

from portico.app.cli import main, verify
from portico.app.identity_commands import identity
from portico.app.import_commands import import_
from portico.app.segment_commands import segments
from portico.app.segment_commands import verify as verify_segments
from portico.app.sourcing_commands import sourcing
from portico.lab.commands import bench, lab

main.add_command(bench)
main.add_command(identity)
main.add_command(import_)
main.add_command(lab)
main.add_command(segments)
main.add_command(sourcing)
verify.add_command(verify_segments)

if __name__ == "__main__":
    main()
