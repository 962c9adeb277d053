import { ImageEngine } from "./image-engine";

/** podman as root; runc, because crun refuses a hybrid cgroup v1; cgroupfs, because there may be no systemd on the machine. */
export const podman = new ImageEngine({
  name: "podman",
  program: ["podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs"],
  exists: (image) => ["image", "exists", image],
  build: ["build", "--pull=never", "--layers=false"],
  save: (archive) => ["save", "--quiet", "--multi-image-archive", "--output", archive],
  answers: ["info", "--format", "{{.Version.Version}}"],
  folder: ["info", "--format", "{{.Store.GraphRoot}}"],
});
