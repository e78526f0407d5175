"""The SQL database of a workspace: connection, unit of work, migrations."""
