package cnilab.confluence.safety;

/** Is told when the node must stop its work. */
public interface PanicListener {
    void onPanic(Action cause, Numbers numbers);
}
