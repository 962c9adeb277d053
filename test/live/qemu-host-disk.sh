# Makes the disk of a machine that is a plain Debian, with a checkout of the lab and a bundle, and no way to a network.
# In the environment: NAME and ADDRESS of the machine; KEY, whose owner may log in as root.
# /root.tar is its root file system; /given has checkout.tar and lab.bundle.

mkdir /host
tar -x -C /host --numeric-owner -f /root.tar
echo "$NAME" >/host/etc/hostname
printf '127.0.0.1 localhost\n%s %s\n' "$ADDRESS" "$NAME" >/host/etc/hosts
echo '/dev/vda / ext4 defaults 0 1' >/host/etc/fstab
printf '%s\n' '[Match]' 'Name=eth0' '[Network]' "Address=$ADDRESS/24" >/host/etc/systemd/network/lan.network
chroot /host systemctl --quiet enable systemd-networkd.service ssh.service
# It has no repository to ask: whoever asked would wait for each.
rm -rf /host/etc/apt/sources.list /host/etc/apt/sources.list.d/* /host/var/lib/apt/lists/*
mkdir -p -m 700 /host/root/.ssh
echo "$KEY" >/host/root/.ssh/authorized_keys
mkdir /host/root/cni-lab
tar -x -C /host/root/cni-lab --no-same-owner -f /given/checkout.tar
cp /given/lab.bundle /host/root/

mke2fs -q -F -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -d /host /disk/root.img 20G
kernel=$(echo /host/boot/vmlinuz-*) initrd=$(echo /host/boot/initrd.img-*)
