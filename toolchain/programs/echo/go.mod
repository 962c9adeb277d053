module cni-lab/toolchain/echo

go 1.24.0
