#!/bin/sh
# What the container runs: one manage.py command, given per run in MANAGE_PY_TASK.
set -eu
echo "manage.py ${MANAGE_PY_TASK:?MANAGE_PY_TASK is not set}"
# The words of the variable are the arguments.
# shellcheck disable=SC2086
exec /usr/bin/python3 manage.py $MANAGE_PY_TASK
