import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.ClientsApi;
import org.openapitools.client.api.EventsApi;
import org.openapitools.client.api.ProjectsApi;
import org.openapitools.client.api.SessionsApi;
import org.openapitools.client.api.SummariesApi;
import org.openapitools.client.model.ClientInput;
import org.openapitools.client.model.ClientScope;
import org.openapitools.client.model.Credentials;
import org.openapitools.client.model.Nature;
import org.openapitools.client.model.ProjectInput;
import org.openapitools.client.model.ProjectPatch;
import org.openapitools.client.model.Role;
import org.openapitools.client.model.Stage;

/** Runs the generated Java client against a server: everything an integrator does on the first day. */
public final class Run {
    private static String base;
    private static JsonNode accounts;

    public static void main(String[] arguments) throws Exception {
        base = arguments[0];
        accounts = new ObjectMapper().readTree(new File(arguments[1]));
        ApiClient client = logIn("commission");
        var table = new SummariesApi(client)
            .getCommitments(SummariesApi.APIGetCommitmentsRequest.newBuilder().year(2021).through("2021-05").build());
        check(table.getTotal().getRegistered().getTotalInvestmentWan().equals("14456800.00"), table);
        pageThrough(new ProjectsApi(client));
        follow(new EventsApi(client), change(new ProjectsApi(client)));
        try {
            new ProjectsApi(machine()).getProject(987654321L, null);
            check(false, "a project that is not there");
        } catch (ApiException e) {
            check(e.getCode() == 404, e);
        }
        System.out.println("java: ok");
    }

    private static ApiClient as(String token) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(base);
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        return client;
    }

    private static ApiClient logIn(String role) throws ApiException {
        ApiClient client = new ApiClient();
        client.updateBaseUri(base);
        for (JsonNode account : accounts) {
            if (account.get("role").asText().equals(role)) {
                Credentials body = new Credentials();
                body.setUsername(account.get("username").asText());
                body.setPassword(account.get("password").asText());
                return as(new SessionsApi(client).createSession(body).getAccessToken());
            }
        }
        throw new AssertionError("no account of role " + role);
    }

    private static void pageThrough(ProjectsApi projects) throws ApiException {
        Set<Long> seen = new HashSet<>();
        String cursor = null;
        do {
            var page = projects.listProjects(
                ProjectsApi.APIListProjectsRequest.newBuilder().year(2021).limit(50L).cursor(cursor).build());
            check(page.getTotal() == 152, page.getTotal());
            page.getItems().forEach(project -> seen.add(project.getId()));
            cursor = page.getNextCursor();
        } while (cursor != null);
        check(seen.size() == 152, seen.size());
    }

    /** Creates the same twice by one key, reads, changes with If-Match, meets a 412. */
    private static long change(ProjectsApi projects) throws ApiException {
        ProjectInput input = new ProjectInput();
        input.setName("Java 客户端项目示例");
        input.setIndustry("next_gen_it");
        input.setArea("lijin");
        input.setStage(Stage.STAGE_RESERVE);
        input.setNature(Nature.NATURE_EXPANSION);
        input.setTotalInvestmentWan("1200.50");
        long id = projects.createProject(input, "java-1").getId();
        check(id == projects.createProject(input, "java-1").getId(), id);
        var read = projects.getProjectWithHttpInfo(id, null);
        check(read.getData().getTotalInvestmentWan().equals("1200.50"), read.getData());
        String held = read.getHeaders().get("etag").get(0);
        ProjectPatch patch = new ProjectPatch();
        patch.setContent("由 Java 客户端修改");
        check(projects.updateProject(id, held, patch).getContent().equals("由 Java 客户端修改"), id);
        try {
            projects.updateProject(id, held, patch);
            check(false, "a change of another version");
        } catch (ApiException e) {
            check(e.getCode() == 412, e);
        }
        return id;
    }

    private static void follow(EventsApi events, long project) throws ApiException {
        List<String> kinds = new ArrayList<>();
        long after = 0;
        while (!kinds.contains("project.updated")) {
            var feed = events.listEvents(
                EventsApi.APIListEventsRequest.newBuilder().after(after).limit(1000L).waitSeconds(2L).build());
            check(!feed.getItems().isEmpty() && feed.getNextAfter() > after, feed.getNextAfter());
            feed.getItems().stream()
                .filter(event -> event.getProjectId() != null && event.getProjectId() == project)
                .forEach(event -> kinds.add(event.getKind().getValue()));
            after = feed.getNextAfter();
        }
        check(kinds.equals(List.of("project.created", "project.updated")), kinds);
    }

    private static ApiClient machine() throws ApiException {
        ClientInput input = new ClientInput();
        input.setName("Java 平台");
        input.setRole(Role.ROLE_VIEWER);
        input.setScopes(List.of(ClientScope.CLIENT_SCOPE_PROJECTS_READ));
        var made = new ClientsApi(logIn("admin")).createClient(input, null);
        ApiClient client = new ApiClient();
        client.updateBaseUri(base);
        var token = new ClientsApi(client)
            .createToken("client_credentials", made.getClientId(), made.getClientSecret(), null);
        return as(token.getAccessToken());
    }

    private static void check(boolean right, Object what) {
        if (!right) {
            throw new AssertionError(what);
        }
    }
}
