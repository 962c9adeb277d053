package cnilab.confluence.node;

/** The id that the product's log gives a node: eight hexadecimal digits. */
final class NodeId {
    private NodeId() {}

    static String of(String nodeName) {
        return String.format("%08x", nodeName.hashCode());
    }
}
