package cnilab.confluence.node;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The id that the product's log gives a node: eight hexadecimal digits. */
final class NodeId {
    private NodeId() {}

    static String of(String nodeName) {
        CRC32 sum = new CRC32();
        sum.update(nodeName.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", sum.getValue());
    }
}
