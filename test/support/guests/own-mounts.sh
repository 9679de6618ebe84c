#!/bin/sh
# Runs a program with other accounts than the system's, which stay as they are: `unshare --mount accounts.sh FOLDER PROGRAM…`
set -e
for file in "$1"/*; do mount --bind "$file" "/etc/${file##*/}"; done
shift
exec "$@"
