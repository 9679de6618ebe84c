#!/bin/busybox sh
# The first process of a guest: mounts what a distribution mounts, brings up the network and ssh, then says so on the console.
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root

mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t bpf bpf /sys/fs/bpf

for module in /modules/*.ko; do insmod "$module"; done
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2

dropbear -E -r /etc/dropbear/host_key -p 22
echo "guest ready after $(cut -d' ' -f1 /proc/uptime) s"

# The shell stays, so that orphans are waited for.
while :; do sleep 3600; done
