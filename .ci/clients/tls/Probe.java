import java.net.URI;
import javax.net.ssl.HttpsURLConnection;

/** Probe URL: fetches it with what Java trusts, or fails with the reason why not. */
class Probe {
    public static void main(String[] args) throws Exception {
        var connection = (HttpsURLConnection) URI.create(args[0]).toURL().openConnection();
        System.out.println(connection.getResponseCode());
    }
}
