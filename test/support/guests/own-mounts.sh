#!/bin/sh
# Runs a program as a host of its own: `unshare --mount own-mounts.sh FOLDER PROGRAM…`. Its /dev/shm is empty, and the
# files of the folder, if there is one, take the place of those in /etc; the system's stay as they are.
set -e
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
for file in "$1"/*; do
  if [ -f "$file" ]; then mount --bind "$file" "/etc/${file##*/}"; fi
done
shift
exec "$@"
