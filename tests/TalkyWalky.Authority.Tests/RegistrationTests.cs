using System.Net;
using System.Text;
using System.Text.Json;
using TalkyWalky.Engines;

namespace TalkyWalky.Authority.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Server_Asked_TellsWhoItIs()
    {
        await using var authority = await LiveAuthority.StartAsync(RegistrationPolicy.Invite);
        using var client = authority.Client();

        var key = JsonSerializer.Serialize(authority.Authority.Anchor.Log!.Info.ToArray());
        Assert.Equal($$"""{"organisation":"Example Ltd","domain":"example.org","registration":"invite","versions":[1],"logKey":{{key}}}""", await client.GetStringAsync("/v1/server"));
    }

    [Fact]
    public async Task Register_Open_MakesAnAccountThatBinds()
    {
        await using var authority = await LiveAuthority.StartAsync();

        using var answer = await authority.RegisterAsync("""{"username":" Alice ","password":"correct horse","fullName":"Alice A","mail":"alice@example.org"}""");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("alice", body.RootElement.GetProperty("username").GetString());
        var bound = Assert.IsType<BindOutcome.Bound>(await authority.Engines.Directory.BindAsync("alice", "correct horse", CancellationToken.None));
        Assert.Equal(body.RootElement.GetProperty("user").GetString(), bound.Account.User.ToString());
        Assert.Equal(("Alice A", "alice@example.org"), (bound.Account.FullName, bound.Account.Mail));
    }

    [Fact]
    public async Task Register_TakenName_SaysSo()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var first = await authority.RegisterAsync("""{"username":"bob","password":"correct horse"}""");

        using var second = await authority.RegisterAsync("""{"username":"BOB","password":"another horse"}""");

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("application/problem+json", second.Content.Headers.ContentType!.MediaType);
        Assert.Equal("username \"bob\" is taken; choose another, or log in", await DetailAsync(second));
    }

    [Fact]
    public async Task Register_BadForm_IsRefusedInASentence()
    {
        await using var authority = await LiveAuthority.StartAsync();
        string[] forms =
        [
            """{"username":"b","password":"correct horse"}""",
            """{"username":"bob","password":"short"}""",
            """{"username":"bob"}""",
            """{"username":"bob","password":"correct horse","mail":"nobody"}""",
            """{"username":"bob","password":"correct horse","fullName":"a\u202eb"}""",
            """{"username":"bob","password":"correct horse","admin":true}""",
            """{"username":"bob","username":"eve","password":"correct horse"}""",
            """{"username":"bob","password":"correct horse"} x""",
            "[]", "null", "",
        ];

        foreach (var form in forms)
        {
            using var answer = await authority.RegisterAsync(form);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode} to {form}");
            Assert.NotEmpty(await DetailAsync(answer));
        }

        Assert.Empty(await authority.Engines.Directory.ListAsync(null, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Register_TooLargeOrOtherType_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var client = authority.Client();

        using var large = await authority.RegisterAsync($$"""{"username":"bob","password":"{{new string('a', 20_000)}}"}""");
        using var form = await client.PostAsync("/v1/register", new StringContent("username=bob", Encoding.UTF8, "application/x-www-form-urlencoded"));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
    }

    [Fact]
    public async Task Register_Closed_IsForbiddenEvenWithAnInvitation()
    {
        await using var authority = await LiveAuthority.StartAsync(RegistrationPolicy.Closed);
        var token = await authority.Service.InviteAsync(null, TimeSpan.FromDays(1), LiveAuthority.Administrator, CancellationToken.None);

        using var answer = await authority.RegisterAsync($$"""{"username":"bob","password":"correct horse","invite":"{{token}}"}""");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Register_ByInvitation_WorksOnceForItsName()
    {
        await using var authority = await LiveAuthority.StartAsync(RegistrationPolicy.Invite);
        var token = await authority.Service.InviteAsync("bob", TimeSpan.FromDays(1), LiveAuthority.Administrator, CancellationToken.None);
        Assert.Equal(22, token.Length); // 128 bits in base64url

        using var none = await authority.RegisterAsync("""{"username":"bob","password":"correct horse"}""");
        using var wrong = await authority.RegisterAsync("""{"username":"bob","password":"correct horse","invite":"AAAAAAAAAAAAAAAAAAAAAA"}""");
        using var other = await authority.RegisterAsync($$"""{"username":"eve","password":"correct horse","invite":"{{token}}"}""");
        using var right = await authority.RegisterAsync($$"""{"username":"bob","password":"correct horse","invite":"{{token}}"}""");
        using var again = await authority.RegisterAsync($$"""{"username":"bobby","password":"correct horse","invite":"{{token}}"}""");

        Assert.Equal(HttpStatusCode.Forbidden, none.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, again.StatusCode);
    }

    [Fact]
    public async Task Register_TakenName_CostsNoInvitation()
    {
        await using var authority = await LiveAuthority.StartAsync(RegistrationPolicy.Invite);
        await authority.Service.AddAccountAsync(new NewAccount("bob", "correct horse", "Bob", null), CancellationToken.None);
        var token = await authority.Service.InviteAsync(null, TimeSpan.FromDays(1), LiveAuthority.Administrator, CancellationToken.None);

        using var taken = await authority.RegisterAsync($$"""{"username":"bob","password":"correct horse","invite":"{{token}}"}""");
        using var free = await authority.RegisterAsync($$"""{"username":"bobby","password":"correct horse","invite":"{{token}}"}""");

        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
        Assert.Equal(HttpStatusCode.Created, free.StatusCode);
    }

    [Fact]
    public async Task Register_ExpiredInvitation_IsForbidden()
    {
        await using var authority = await LiveAuthority.StartAsync(RegistrationPolicy.Invite);
        var token = await authority.Service.InviteAsync(null, TimeSpan.FromDays(1), LiveAuthority.Administrator, CancellationToken.None);
        authority.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));

        using var answer = await authority.RegisterAsync($$"""{"username":"bob","password":"correct horse","invite":"{{token}}"}""");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Register_GuessedInvitations_AreThrottled()
    {
        await using var authority = await LiveAuthority.StartAsync(RegistrationPolicy.Invite);
        for (var i = 0; i < 5; i++)
        {
            using var guess = await authority.RegisterAsync($$"""{"username":"user{{i}}","password":"correct horse","invite":"guess{{i}}"}""");
            Assert.Equal(HttpStatusCode.Forbidden, guess.StatusCode);
        }

        using var sixth = await authority.RegisterAsync("""{"username":"user6","password":"correct horse","invite":"guess"}""");

        Assert.Equal(HttpStatusCode.TooManyRequests, sixth.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), sixth.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Register_SameNameAtOnce_MakesOneAccount()
    {
        await using var authority = await LiveAuthority.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => authority.RegisterAsync("""{"username":"bob","password":"correct horse"}""")));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        foreach (var answer in answers) answer.Dispose();
    }

    internal static async Task<string> DetailAsync(HttpResponseMessage answer)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((int)answer.StatusCode, problem.RootElement.GetProperty("status").GetInt32());
        return problem.RootElement.GetProperty("detail").GetString()!;
    }
}
