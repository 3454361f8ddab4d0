"""Independent `true` as workflows of DBOS on SQLite, two at once.

usage: dbos_flat.py COUNT FOLDER
"""
import os
import subprocess
import sys

from dbos import DBOS

count, folder = int(sys.argv[1]), sys.argv[2]
database = f"sqlite:///{os.path.join(folder, 'dbos.sqlite')}"
DBOS(config={
    "name": "bench", "system_database_url": database, "run_admin_server": False,
    "log_level": "ERROR"})


@DBOS.step()
def step():
    subprocess.run(["true"], check=True)


@DBOS.workflow()
def one():
    step()


DBOS.launch()
# Its own interval is a second, which would be all that is measured.
DBOS.register_queue("steps", worker_concurrency=2, polling_interval_sec=0.05)
for handle in [DBOS.enqueue_workflow("steps", one) for _ in range(count)]:
    handle.get_result()
DBOS.destroy()
