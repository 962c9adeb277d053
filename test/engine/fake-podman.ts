import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A stand-in for podman that keeps containers and networks as files of its own, and in whose containers every script
 * succeeds. Their labels are the stack, the generation and the owner.
 */
export class FakePodman {
  private constructor(private readonly folder: string) {}

  /** Puts the program into `binDir`, and what it keeps into `folder`. */
  static make(binDir: string, folder: string): FakePodman {
    for (const kind of ["containers", "networks"]) mkdirSync(join(folder, kind), { recursive: true });
    writeFileSync(join(binDir, "podman"), `#!/bin/sh\nroot=${folder}\n${program}`);
    chmodSync(join(binDir, "podman"), 0o755);
    return new FakePodman(folder);
  }

  /** What the administrator's kubeconfig on the control plane is from now on. */
  setKubeconfig(json: string): void {
    writeFileSync(join(this.folder, "kubeconfig"), json);
  }

  /** The names of what there is, sorted. */
  list(kind: "containers" | "networks"): string[] {
    return readdirSync(join(this.folder, kind)).sort();
  }

  /** Tells one container from the next of its name. */
  idOf(container: string): string {
    return readFileSync(join(this.folder, "containers", container), "utf8").split("\n")[1] ?? "";
  }

  /** As another hand does it, or a prune. */
  lose(kind: "containers" | "networks", ...names: string[]): void {
    for (const name of names) rmSync(join(this.folder, kind, name));
  }

  /** Takes all generations away, as things have it that were made before there were generations; owners too. */
  forgetGenerations(): void {
    this.rewrite((_, owner) => ["", owner]);
    this.forgetOwners();
  }

  /** Takes all owners away, as things have it that were made before there were owners. */
  forgetOwners(): void {
    this.setOwner("");
  }

  /** Gives all that is there to somebody else. */
  setOwner(owner: string): void {
    this.rewrite((generation) => [generation, owner]);
  }

  /** The owner of each thing there is, once. */
  owners(): string[] {
    const seen = new Set<string>();
    this.rewrite((generation, owner) => {
      seen.add(owner);
      return [generation, owner];
    });
    return [...seen];
  }

  /** A network that somebody has made by hand. */
  addNetwork(name: string): void {
    writeFileSync(join(this.folder, "networks", name), "\n\n\n\n");
  }

  /** Ends a container without removing it. */
  stop(name: string): void {
    const file = join(this.folder, "containers", name);
    writeFileSync(file, readFileSync(file, "utf8").replace(/running\n$/, "exited\n"));
  }

  private rewrite(labels: (generation: string, owner: string) => readonly [string, string]): void {
    for (const kind of ["containers", "networks"] as const) {
      for (const name of this.list(kind)) {
        const file = join(this.folder, kind, name);
        const [generation = "", id, owner = "", ...rest] = readFileSync(file, "utf8").split("\n");
        const [newGeneration, newOwner] = labels(generation, owner);
        writeFileSync(file, [newGeneration, id, newOwner, ...rest].join("\n"));
      }
    }
  }

  /** Makes commands that begin like this fail. */
  break(beginning: string): void {
    writeFileSync(join(this.folder, "broken"), beginning);
  }

  /** Makes all commands work again. */
  fix(): void {
    rmSync(join(this.folder, "broken"));
  }

  /** What was done since this was asked last: `run`, `start`, `rm` and `undo in` (a recorded deletion that ran there), each with a name. */
  takeLog(): string[] {
    const file = join(this.folder, "log");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    rmSync(file, { force: true });
    return text.split("\n").filter((line) => line !== "");
  }
}

/** A thing is a file: its generation, its id, its owner, its stack; a container's image and state. */
const program = String.raw`
say() { echo "$*" >>"$root/log"; }
fail() { echo "Error: $*" >&2; exit 125; }
label() { key=$1; shift; printf '%s\n' "$@" | sed -n "s/^cni-lab.$key=//p" | grep . || echo; }
of() { sed -n "$2p" "$1"; }
make() {
  file=$1 id=$2
  shift 2
  { label generation "$@"; echo "$id"; label owner "$@"; label stack "$@"; echo "$image"; echo running; } >"$file"
}
list() {
  separator=
  printf '['
  for file in "$root/$1"/*; do
    [ -e "$file" ] || continue
    stack=$(of "$file" 4)
    [ "$stack" ] && labels=$(printf '{"cni-lab.generation":"%s","cni-lab.owner":"%s","cni-lab.stack":"%s"}' \
      "$(of "$file" 1)" "$(of "$file" 3)" "$stack") || labels=null
    printf "$separator$2" "$(basename "$file")" "$(of "$file" 2)" "$labels" "$(of "$file" 5)" "$(of "$file" 6)"
    separator=,
  done
  echo ']'
}
if [ -e "$root/broken" ]; then
  case "$*" in "$(cat "$root/broken")"*) fail "broken on purpose" ;; esac
fi
for last; do :; done
case "$1 $2" in
"ps --all") list containers '{"Names":["%s"],"Id":"%s","Labels":%s,"Image":"%s","State":"%s"}' ;;
"network ls") list networks '{"name":"%s","id":"%s","labels":%s,"x":["%s","%s"]}' ;;
"network exists") [ -e "$root/networks/$3" ] ;;
"network inspect") [ -e "$root/networks/$last" ] && echo "$(of "$root/networks/$last" 4) $(of "$root/networks/$last" 3)" ;;
"network create")
  [ ! -e "$root/networks/$last" ] || fail "network name $last already used: network already exists"
  make "$root/networks/$last" "" "$@" && say "create $last" && echo "$last" ;;
"network rm") rm "$root/networks/$3" && say "rm $3" ;;
"image exists") ;;
"rm --force")
  name=$last owner=
  for word; do
    case $word in
    name=^*) name=$(echo "$word" | sed 's/^name=^//; s/.$//') ;;
    label=cni-lab.owner=*) owner=$(echo "$word" | sed 's/^label=cni-lab.owner=//') ;;
    esac
  done
  file=$root/containers/$name
  if [ -e "$file" ] && { [ ! "$owner" ] || [ "$(of "$file" 3)" = "$owner" ]; }; then rm "$file" && say "rm $name"; fi ;;
"--runtime runc")
  name=$6
  [ ! -e "$root/containers/$name" ] || fail "the container name \"$name\" is already in use"
  id=$(cat /proc/sys/kernel/random/uuid)
  for word; do image=$before before=$word; done
  make "$root/containers/$name" "$id" "$@"
  say "run $name"
  echo "$id" ;;
"container inspect")
  [ -e "$root/containers/$last" ] || fail "inspecting object: no such container $last"
  [ "$(of "$root/containers/$last" 6)" = running ] && echo true || echo false ;;
start*) sed -i '6s/.*/running/' "$root/containers/$2" && say "start $2" ;;
exec*)
  shift
  [ "$1" != --interactive ] || { shift; cat >/dev/null; }
  [ -e "$root/containers/$1" ] || fail "no container with name or ID \"$1\" found: no such container"
  [ "$(of "$root/containers/$1" 6)" = running ] || fail "can only create exec sessions on running containers"
  [ -z "$DELETE" ] || [ "$CREATE" = "$DELETE" ] || case "$*" in *"$DELETE"*) say "undo in $1" ;; esac
  case "$*" in
  *"config view --raw"*) cat "$root/kubeconfig" ;;
  *"token create"*) echo "kubeadm join c:6443 --token a.b --discovery-token-ca-cert-hash sha256:00" ;;
  esac ;;
*) fail "unknown command: $*" ;;
esac
`;
