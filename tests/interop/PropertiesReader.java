import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.TreeMap;

/** What java.util.Properties makes of files: the same questions and answers as properties_probe.cpp, names sorted. */
public class PropertiesReader {
    static byte[] bytes(String digits) {
        byte[] all = new byte[digits.length() / 2];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return all;
    }

    /** In UTF-8, with U+FFFD for half a pair, which UTF-8 cannot hold. */
    static String shown(String text) {
        StringBuilder whole = new StringBuilder();
        text.codePoints().forEach(c -> whole.appendCodePoint(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c));
        if (whole.length() == 0) {
            return "-";
        }
        StringBuilder digits = new StringBuilder();
        for (byte b : whole.toString().getBytes(StandardCharsets.UTF_8)) {
            digits.append(String.format("%02x", b & 0xFF));
        }
        return digits.toString();
    }

    static String answer(String question) throws Exception {
        String[] words = question.split(" ", -1);
        Properties properties = new Properties();
        ByteArrayInputStream file = new ByteArrayInputStream(bytes(words[1]));
        try {
            if (words[0].equals("latin1")) {
                properties.load(file);
            } else {
                properties.load(new InputStreamReader(file, StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException malformed) {
            return "error";
        }
        TreeMap<String, String> sorted = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            sorted.put(shown(name), shown(properties.getProperty(name)));
        }
        StringBuilder text = new StringBuilder();
        sorted.forEach((name, value) -> text.append(text.length() == 0 ? "" : " ").append(name).append(' ').append(value));
        return text.toString();
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream answers = new PrintStream(System.out, false, "US-ASCII");
        for (String question = questions.readLine(); question != null; question = questions.readLine()) {
            answers.println(answer(question));
        }
        answers.flush();
    }
}
