import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.ProjectsApi;
import org.openapitools.client.api.SessionsApi;
import org.openapitools.client.api.SummariesApi;
import org.openapitools.client.model.Credentials;

/** Runs the generated Java client against a server: log in, list, sum, and read a problem. */
public final class Run {
    public static void main(String[] arguments) throws Exception {
        JsonNode account = null;
        for (JsonNode one : new ObjectMapper().readTree(new File(arguments[1]))) {
            if (one.get("role").asText().equals("commission")) {
                account = one;
            }
        }
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        Credentials body = new Credentials();
        body.setUsername(account.get("username").asText());
        body.setPassword(account.get("password").asText());
        String token = new SessionsApi(client).createSession(body).getAccessToken();
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));

        ProjectsApi projects = new ProjectsApi(client);
        var page = projects.listProjects(null, null, null, null, null, null, null, null, 2021, null, 5L, null, null);
        check(page.getTotal() == 152 && page.getItems().size() == 5, page);
        var first = page.getItems().get(0);
        check(projects.getProject(first.getId(), null).getName().equals(first.getName()), first);
        var table = new SummariesApi(client).getCommitments(2021, "2021-05", null, null, null, null, null);
        check(table.getTotal().getRegistered().getTotalInvestmentWan().equals("14456800.00"), table);
        try {
            projects.getProject(987654321L, null);
            check(false, "a project that is not there");
        } catch (ApiException e) {
            check(e.getCode() == 404, e);
        }
        System.out.println("java: ok");
    }

    private static void check(boolean right, Object what) {
        if (!right) {
            throw new AssertionError(what);
        }
    }
}
