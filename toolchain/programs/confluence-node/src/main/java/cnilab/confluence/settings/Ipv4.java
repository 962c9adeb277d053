package cnilab.confluence.settings;

import java.util.regex.Pattern;

/** IPv4 addresses as text. */
public final class Ipv4 {
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private Ipv4() {}

    /** Whether the text is an address, not a name. */
    public static boolean isAddress(String text) {
        if (!ADDRESS.matcher(text).matches()) {
            return false;
        }
        for (String part : text.split("\\.")) {
            if (Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    static boolean isMulticast(String text) {
        return isAddress(text) && Variables.within(text.substring(0, text.indexOf('.')), 224, 239);
    }

    /** An address, or an address and a port with a colon between them. */
    static boolean isPeer(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? isAddress(text)
                : isAddress(text.substring(0, colon)) && Variables.within(text.substring(colon + 1), 1, 65535);
    }
}
