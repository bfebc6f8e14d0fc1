// Receives Countersign's webhooks and verifies them. Java 11 or newer, standard library only.
//   export COUNTERSIGN_WEBHOOK_SECRET=whsec_...
//   java Receiver.java
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
  static final long TOLERANCE_SECONDS = 300;
  static final int BODY_BYTES_MAX = 1024 * 1024;

  /** Whether Countersign sent these very bytes, just now. */
  static boolean isGenuine(
      byte[] secret, byte[] body, String id, String timestamp, String signatures)
      throws GeneralSecurityException {
    if (id == null || signatures == null || timestamp == null) return false;
    if (!timestamp.matches("[0-9]{1,12}")) return false;
    long age = Instant.now().getEpochSecond() - Long.parseLong(timestamp);
    if (Math.abs(age) > TOLERANCE_SECONDS) return false;
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
    byte[] wanted = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes();
    // During a rotation there are several; one that matches is enough.
    for (String signature : signatures.split(" ")) {
      if (MessageDigest.isEqual(signature.getBytes(), wanted)) return true;
    }
    return false;
  }

  public static void main(String[] arguments) throws Exception {
    byte[] secret =
        Base64.getDecoder()
            .decode(System.getenv("COUNTERSIGN_WEBHOOK_SECRET").replaceFirst("^whsec_", ""));
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "4800"));
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
          var headers = exchange.getRequestHeaders();
          int status = 400;
          try {
            boolean genuine =
                isGenuine(
                    secret,
                    body,
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"));
            if (genuine) {
              // The same event can arrive twice: remember its id. Answer first, work afterwards.
              System.out.println(new String(body, StandardCharsets.UTF_8));
              status = 204;
            }
          } catch (GeneralSecurityException error) {
            error.printStackTrace();
            status = 500;
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }
}
