import type { Check } from "../../checks/language/check";
import { databaseAnswers, members, membersConnected, noPanic, safetyNumber, statusRunning } from "./confluence-cluster";
import {
  enoughReplicas,
  groupJoined,
  listensOnNet1,
  replicaAddresses,
  replicasApart,
  replicasTogether,
  tcpBetweenReplicas,
} from "./confluence-network";
import { island, memberAlone, panic, panicCause, panicOfElder, restarts } from "./confluence-panic";

/** What holds of Confluence when its members are one cluster, and when they are not. */
const either: readonly Check[] = [
  enoughReplicas,
  databaseAnswers,
  replicasApart,
  replicasTogether,
  ...replicaAddresses,
  groupJoined,
  listensOnNet1,
  tcpBetweenReplicas,
];

/** All members are one cluster; says nothing where a stack has no Confluence. */
export const confluenceHealthy: readonly Check[] = [
  ...either,
  members,
  membersConnected,
  safetyNumber,
  noPanic,
  statusRunning,
];

/** Each member is a cluster of its own, on one database. */
export const confluenceSymptom: readonly Check[] = [
  ...either,
  memberAlone,
  island,
  panic,
  panicCause,
  restarts,
  panicOfElder,
];
