/** The components for programs in other languages: flat, and few. Programs in TypeScript take those of components/index.ts. */
export { ConfluenceCluster, type ConfluenceClusterArgs } from "./confluence-cluster";
export { FlannelCni, type FlannelCniArgs } from "./flannel-cni";
export { SecondaryNetwork, type SecondaryNetworkArgs } from "./secondary-network";
