package cnilab.confluence.safety;

/** The node's place in its own cluster. */
public interface Membership {
    boolean isOldest();

    /** The node as others know it, such as {@code /10.244.1.4:5801}. */
    String self();

    /** The logger under which the product's class for this kind of cluster writes. */
    String safetyManager();
}
