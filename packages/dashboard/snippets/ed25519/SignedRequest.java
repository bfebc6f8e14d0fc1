// Calls Countersign with a signed request. Java 15 or newer, standard library only.
//   export COUNTERSIGN_PRIVATE_KEY=$(grep -v -e '-----' key.pem)
//   java SignedRequest.java GET /v1/me
//   java SignedRequest.java POST /v1/transactions '{"type":"deposit","amount":"10.00","currency":"USD"}'
// A retry passes the Idempotency-Key of the first attempt as a fourth argument.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

public class SignedRequest {
  static final String BASE_URL = env("COUNTERSIGN_URL", "http://localhost:4747");
  static final String PUBLIC_KEY = env("COUNTERSIGN_PUBLIC_KEY", "pk_test_YOUR_PUBLIC_KEY");
  static final String PRIVATE_KEY = env("COUNTERSIGN_PRIVATE_KEY", null);

  /** The headers to send. Sign every attempt anew: a nonce works once. */
  static Map<String, String> sign(
      String method, String target, byte[] body, String idempotencyKey, long created, String nonce)
      throws GeneralSecurityException {
    Map<String, String> headers = new LinkedHashMap<>();
    if (body.length > 0) {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      headers.put("content-digest", "sha-256=:" + base64(digest) + ":");
      headers.put("content-type", "application/json");
    }
    if (!idempotencyKey.isEmpty()) headers.put("idempotency-key", idempotencyKey);

    URI uri = URI.create(BASE_URL + target);
    Map<String, String> components = new LinkedHashMap<>();
    components.put("@method", method);
    components.put("@authority", uri.getRawAuthority().toLowerCase());
    components.put("@path", uri.getRawPath());
    components.put("@query", "?" + (uri.getRawQuery() == null ? "" : uri.getRawQuery()));
    components.putAll(headers);

    String names =
        components.keySet().stream().map(name -> '"' + name + '"').collect(Collectors.joining(" "));
    String parameters =
        String.format(
            "(%s);created=%d;nonce=\"%s\";keyid=\"%s\";alg=\"ed25519\"",
            names, created, nonce, PUBLIC_KEY);
    StringBuilder base = new StringBuilder();
    components.forEach((name, value) -> base.append('"' + name + "\": " + value + '\n'));
    base.append("\"@signature-params\": " + parameters);

    byte[] privateKey = Base64.getDecoder().decode(PRIVATE_KEY);
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(
        KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(privateKey)));
    signer.update(base.toString().getBytes(StandardCharsets.US_ASCII));
    byte[] signature = signer.sign();
    headers.put("signature-input", "sig1=" + parameters);
    headers.put("signature", "sig1=:" + base64(signature) + ":");
    return headers;
  }

  public static void main(String[] arguments) throws Exception {
    String method = arguments.length > 0 ? arguments[0] : "GET";
    String target = arguments.length > 1 ? arguments[1] : "/v1/me";
    byte[] body = (arguments.length > 2 ? arguments[2] : "").getBytes(StandardCharsets.UTF_8);
    String idempotencyKey = "";
    if (method.equals("POST"))
      idempotencyKey = arguments.length > 3 ? arguments[3] : UUID.randomUUID().toString();
    String nonce = UUID.randomUUID().toString();

    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(BASE_URL + target))
            .method(
                method,
                body.length > 0
                    ? HttpRequest.BodyPublishers.ofByteArray(body)
                    : HttpRequest.BodyPublishers.noBody());
    sign(method, target, body, idempotencyKey, Instant.now().getEpochSecond(), nonce)
        .forEach(request::header);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + answer.body());
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static String env(String name, String otherwise) {
    String value = System.getenv(name);
    if (value != null && !value.isEmpty()) return value;
    if (otherwise == null) throw new IllegalStateException("Set " + name + " first.");
    return otherwise;
  }
}
