# Joins the last interface of a machine to the container's network, and becomes QEMU.
# In the environment: MAC, MEMORY_MIB and CPUS of the machine; NAT, not empty where its first interface is behind a NAT.
# /disk/root.img is its disk; kernel and initrd, set before, are what it boots.

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
    -kernel "$kernel" -append "panic=-1 quiet"; then
  set -- -accel kvm -cpu host
  clock=
else
  # Emulated, five levels of page tables cost more than four. The kernel takes the processors' clocks for unsynchronized
  # and asks a device for the time, which costs half of all time: they are the computer's own.
  set -- -accel tcg,thread=multi -cpu max,la57=off
  clock="tsc=reliable clocksource=tsc"
fi
echo "machine: $*"
[ -z "$NAT" ] || set -- "$@" -netdev user,id=nat,restrict=on -device virtio-net-pci,netdev=nat
exec qemu-system-x86_64 "$@" -nodefaults -no-user-config -display none -serial stdio -smp "$CPUS" -m "$MEMORY_MIB" \
  -kernel "$kernel" -initrd "$initrd" -append "root=/dev/vda rw console=ttyS0 net.ifnames=0 $clock mitigations=off" \
  -drive file=/disk/root.img,format=raw,if=virtio,cache=unsafe -device virtio-rng-pci \
  -netdev tap,id=lan,ifname=tap0,script=no,downscript=no -device virtio-net-pci,netdev=lan,mac="$MAC"
