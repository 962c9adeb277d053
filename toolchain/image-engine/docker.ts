import { ImageEngine } from "./image-engine";

/** Docker 20.10 and newer. */
export const docker = new ImageEngine({
  name: "docker",
  program: ["docker"],
  exists: (image) => ["image", "inspect", "--format", "{{.Id}}", image],
  build: ["build", "--no-cache", "--force-rm"],
  save: (archive) => ["save", "--output", archive],
  answers: ["version", "--format", "{{.Server.Version}}"],
  folder: ["info", "--format", "{{.DockerRootDir}}"],
});
