/** What both begin with: `$1` the node, then images. */
const begin = `
node=$1
shift
fail() { echo "$node: $*" >&2; exit 1; }
command -v ctr >/dev/null || fail "has no ctr, containerd's client: images can't be carried to it"
lacking() {
  for image; do
    [ -n "$(ctr --namespace k8s.io images list --quiet "name==$image")" ] || printf ' %s' "$image"
  done
}`;

/** Prints which of these images a node has not; nothing where it has all: `$1` the node, then the images. */
export const lackingScript = `${begin}
lacking "$@"
`;

/**
 * Gives a node images that it has not: `$1` the node, then the images. The standard input is an archive that has them.
 * Where the node has all of them nothing is done.
 */
export const carryScript = `${begin}
if [ -z "$(lacking "$@")" ]; then
  # Whoever sends it would wait for ever.
  cat >/dev/null
  exit 0
fi
echo "$node: is given$(lacking "$@")" >&2
ctr --namespace k8s.io images import - >/dev/null
left=$(lacking "$@")
[ -z "$left" ] || fail "the archive of images lacks$left"
`;

/** Seconds that a node may take to pull an image. */
const pullSeconds = 240;

/** Has a node pull images, as its kubelet would: prints `failed` with each that it can't have, and why. */
export const pullScript = `
for image; do
  if command -v crictl >/dev/null; then
    said=$(timeout ${pullSeconds} crictl pull "$image" 2>&1) && continue
  else
    said=$(timeout ${pullSeconds} ctr --namespace k8s.io images pull "$image" 2>&1) && continue
  fi
  printf 'failed\\t%s\\t%s\\n' "$image" "$(printf '%s' "$said" | tail -n 1 | tr '\\t' ' ')"
done
echo pulled
`;
