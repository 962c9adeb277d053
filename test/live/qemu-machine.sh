# The first process of a container that is a machine with a kernel of its own: makes its disk of the node image, joins
# its second interface to the container's network, and becomes QEMU.
# In the environment: NAME, ADDRESS, MAC and MEMORY_MIB of the machine; LOGIN, a script that lets its user in by ssh.
# /node is the node image, /sshd.tar the files of a server for ssh, /disk a volume.
set -eu

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

ip link add bridge0 type bridge
ip address flush dev lan
ip link set lan master bridge0
ip tuntap add tap0 mode tap
ip link set tap0 master bridge0
ip link set bridge0 up
ip link set tap0 up

# Where KVM does not work, a guest hangs at its first instruction. Where it does, a kernel without a disk gives up at once.
if [ -e /dev/kvm ] &&
  timeout 20 qemu-system-x86_64 -nodefaults -no-user-config -display none -accel kvm -cpu host -m 256 -no-reboot \
    -kernel /vmlinuz -append "panic=-1 quiet"; then
  set -- -accel kvm -cpu host
  clock=
else
  # Emulated, five levels of page tables cost more than four. The kernel takes the processors' clocks for unsynchronized
  # and asks a device for the time, which costs half of all time: they are the computer's own.
  set -- -accel tcg,thread=multi -cpu max,la57=off
  clock="tsc=reliable clocksource=tsc"
fi
echo "machine: $*"
exec qemu-system-x86_64 "$@" -nodefaults -no-user-config -display none -serial stdio -smp 1 -m "$MEMORY_MIB" \
  -kernel /vmlinuz -initrd /initrd.img -append "root=/dev/vda rw console=ttyS0 net.ifnames=0 $clock mitigations=off" \
  -drive file=/disk/root.img,format=raw,if=virtio,cache=unsafe -device virtio-rng-pci \
  -netdev user,id=nat,restrict=on -device virtio-net-pci,netdev=nat \
  -netdev tap,id=lan,ifname=tap0,script=no,downscript=no -device virtio-net-pci,netdev=lan,mac="$MAC"
