import { conflistFolder } from "../../cluster/conflist-folder";
import { chosenConflist, nodeRecords } from "./names";

/**
 * Runs when the program ends and the node keeps its CNI: `$1` the node. What swaps have left there goes: the record, and
 * the link to the conflist in force, where the runtime takes the same file without it. Safe to repeat.
 */
export const releaseScript = `
node=$1
say() { echo "$node: $*" >&2; }
chosen=${conflistFolder}/${chosenConflist}
first_other() {
  for file in ${conflistFolder}/*; do
    case $file in
      "$chosen") ;;
      *.conf | *.conflist | *.json) echo "\${file##*/}"; return ;;
    esac
  done
}
if [ -L "$chosen" ]; then
  others=$(grep -ls ${chosenConflist} ${conflistFolder}/*.conf ${conflistFolder}/*.conflist ${conflistFolder}/*.json | grep -v "/${chosenConflist}$" || true)
  if [ "$(readlink "$chosen")" != "$(first_other)" ]; then
    say "keeps $chosen: the runtime would take $(first_other) without it, and not $(readlink "$chosen")"
  elif [ -n "$others" ]; then
    say "keeps $chosen: it is named in" $others
  else
    rm -f "$chosen"
  fi
fi
rm -rf ${nodeRecords} /run/cni-lab-swap.lock
`;
