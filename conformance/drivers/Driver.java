import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.Map;

/** Lets the Java snippet sign the cases on stdin. */
public class Driver {
  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] fields = line.split("\t", -1);
      byte[] body = Base64.getDecoder().decode(fields[2]);
      long created = Long.parseLong(fields[4]);
      Map<String, String> headers =
          SignedRequest.sign(fields[0], fields[1], body, fields[3], created, fields[5]);
      String digest = headers.getOrDefault("content-digest", "");
      System.out.println(
          digest + "\t" + headers.get("signature-input") + "\t" + headers.get("signature"));
    }
  }
}
