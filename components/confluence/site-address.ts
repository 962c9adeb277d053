import type { Problem } from "../../lib/user-error";

/** The address by which browsers reach the members. */
export interface SiteAddress {
  readonly host: string;
  readonly https: boolean;
}

/** What Confluence is told of it, so that its links lead there. */
export function addressEnvironment({ host, https }: SiteAddress): Record<string, string> {
  return {
    ATL_PROXY_NAME: host,
    ATL_PROXY_PORT: https ? "443" : "80",
    ATL_TOMCAT_SCHEME: https ? "https" : "http",
    ATL_TOMCAT_SECURE: String(https),
  };
}

/** What is wrong with it. */
export function addressProblems(site: SiteAddress | undefined): Problem[] {
  return site === undefined || /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(site.host)
    ? []
    : [
        {
          field: "ingress.host",
          value: site.host,
          rule: "must be a DNS name in lower case, without scheme, port and path, for example wiki.example.com",
        },
      ];
}
