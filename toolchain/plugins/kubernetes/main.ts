import { versions } from "../../../lib/versions.json";
import { serve } from "../host";
import { kubernetesProvider } from "./provider";

void serve(kubernetesProvider(versions.pulumiKubernetes));
