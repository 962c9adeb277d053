/** How connections are kept between requests. */
export const keptConnections = { keepAlive: true, maxSockets: 16 };
