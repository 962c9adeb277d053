# Makes the disk of a machine that is a node of a cluster, of the node image.
# In the environment: NAME and ADDRESS of the machine; LOGIN, a script that lets its user in by ssh.
# /node is the node image, /sshd.tar the files of a server for ssh.

tar -x -C /node --skip-old-files --keep-directory-symlink -f /sshd.tar
mkdir -p /node/usr/lib/modules
cp -a /lib/modules/. /node/usr/lib/modules/
chroot /node env -i PATH="$PATH" sh -euc "$LOGIN"

echo "$NAME" >/node/etc/hostname
printf '127.0.0.1 localhost\n%s %s\n' "$ADDRESS" "$NAME" >/node/etc/hosts
# As every guide to kubeadm has it.
printf '%s\n' overlay br_netfilter >/node/etc/modules-load.d/kubernetes.conf
# The node image masks what has nothing to do in a container.
for unit in kmod-static-nodes systemd-logind systemd-modules-load systemd-remount-fs systemd-sysctl; do
  rm "/node/etc/systemd/system/$unit.service"
done
# eth0 is as on a Vagrant box: the same address on each machine, behind a NAT of its own, with the default route.
cat >/node/etc/systemd/system/machine-network.service <<UNIT
[Unit]
DefaultDependencies=no
After=systemd-modules-load.service
Before=cni-lab-node.service network.target network-online.target
Wants=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/ip link set lo up
ExecStart=/bin/ip address add 10.0.2.15/24 dev eth0
ExecStart=/bin/ip link set eth0 up
ExecStart=/bin/ip route add default via 10.0.2.2
ExecStart=/bin/ip address add $ADDRESS/24 dev eth1
ExecStart=/bin/ip link set eth1 up

[Install]
WantedBy=sysinit.target
UNIT
chroot /node systemctl --quiet enable machine-network.service ssh.service

mke2fs -q -F -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -d /node /disk/root.img 8G
kernel=/vmlinuz initrd=/initrd.img
