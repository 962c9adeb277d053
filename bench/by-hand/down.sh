#!/bin/sh
# Removes what up.sh made.
set -eu
podman rm --force --ignore --volumes --time 0 cni-lab-by-hand-n1 cni-lab-by-hand-n2 cni-lab-by-hand-n3 >/dev/null
! podman network exists cni-lab-by-hand || podman network rm cni-lab-by-hand >/dev/null
