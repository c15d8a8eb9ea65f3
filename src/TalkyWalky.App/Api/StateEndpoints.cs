using System.Globalization;
using Microsoft.AspNetCore.Http;
using TalkyWalky.App.Http;
using TalkyWalky.App.Security;
using TalkyWalky.App.Sessions;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>Getting in, and the stages of the profile.</summary>
internal static class StateEndpoints
{
    private const int LongestLink = 2048, LongestName = 200, LongestMail = 254;

    public static IEnumerable<ApiEndpoint> All(AppParts app) =>
    [
        Routes.Exchange("POST", "/session", "Exchanges the one-time token for a cookie and a key.", ApiJson.Types.TokenBody, ApiJson.Types.KeyBody, (call, body) => EnterAsync(app, call, body)),
        Routes.Give("GET", "/state", "Where the program stands with its profile.", ApiJson.Types.StateBody, _ => Task.FromResult<Answer<StateBody>>(app.Session.Board.Body)),
        Routes.Exchange("POST", "/join", "Checks a join link.", ApiJson.Types.LinkBody, ApiJson.Types.JoinBody, static (_, body) => Task.FromResult(Join(body))),
        Routes.Take("POST", "/enrolment", "Begins an enrolment, or goes on with one; state events tell how it goes.", ApiJson.Types.EnrolmentBody, (call, body) => EnrolAsync(app, call, body)),
        Routes.Do("DELETE", "/enrolment", "Stops waiting for an approval.", call => app.Session.StopWaitingAsync(call.Cancellation)),
        Routes.Take("POST", "/unlock", "Opens a locked profile; without a passphrase tries again with what this computer keeps, also on a broken one.", ApiJson.Types.PassphraseBody, (call, body) => UnlockAsync(app, call, body)),
        Routes.Take("POST", "/login", "Logs in again.", ApiJson.Types.PasswordBody, (call, body) => LoginAsync(app, call, body)),
        Routes.Do("POST", "/logout", "Disconnects and locks the chat until the next log-in.", call => app.Session.LogoutAsync(call.Cancellation)),
        Routes.Do("POST", "/quit", "Ends the program.", _ => Quit(app)),
        Routes.Take("PUT", "/away", "Tells others that the person is away, or back.", ApiJson.Types.AwayBody, (call, body) => AwayAsync(app, call, body)),
        Routes.Do("DELETE", "/alarms/{id}", "Acknowledges an alarm: the person has seen it.", call => AcknowledgeAsync(app, call)),
    ];

    private static async Task<Answer<KeyBody>> EnterAsync(AppParts app, Call call, TokenBody body)
    {
        var connection = call.Context.Connection;
        if (!app.Peers.IsSameUser(new(connection.LocalIpAddress!, connection.LocalPort), new(connection.RemoteIpAddress!, connection.RemotePort)))
            return new Problem(StatusCodes.Status403Forbidden, ProblemCode.Refused, "This program belongs to another user of this computer.");
        switch (await app.Entrances.RedeemAsync(body.Token, call.Cancellation))
        {
            case Redeemed.TooMany:
                call.Context.Response.Headers.RetryAfter = "1";
                return new Problem(StatusCodes.Status429TooManyRequests, ProblemCode.Refused, "Too many wrong tokens; try again in a second.");
            case Redeemed.No:
                return new Problem(StatusCodes.Status403Forbidden, ProblemCode.Refused, "This link was used before or is too old. Open TalkyWalky again.");
        }

        var (cookie, key) = app.Browsers.Enter(call.Context.Request.Cookies[app.Guard.CookieName]);
        call.Context.Response.Cookies.Append(app.Guard.CookieName, cookie, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        return new KeyBody(key);
    }

    private static Answer<JoinBody> Join(LinkBody body) => TryLink(body.Link, out var link, out var problem) ? new JoinBody(link.Gateway.Authority, link.Invitation is not null) : problem;

    private static async Task<Answer<Nothing>> EnrolAsync(AppParts app, Call call, EnrolmentBody body)
    {
        if (!TryLink(body.Link, out var link, out var problem)) return problem;
        var username = body.Username.Trim();
        if (body.Register && !Username.TryNormalise(username, out username, out var why)) return Problem.Invalid($"{char.ToUpperInvariant(why[0])}{why[1..]}.");
        if (!Names.IsUsername(username)) return Problem.Invalid($"A username has 1 to {Limits.DirectoryUsernameMax} characters.");
        if (Password(body.Password, "password") is { } wrong) return wrong;
        var passphrase = string.IsNullOrEmpty(body.Passphrase) ? null : body.Passphrase;
        if (passphrase is not null && Password(passphrase, "passphrase") is { } wrongToo) return wrongToo;
        if (body.FullName is { Length: > LongestName } || body.Mail is { Length: > LongestMail })
            return Problem.Invalid($"A full name has at most {LongestName} characters, a mail address {LongestMail}.");
        var registration = new Registration(link, username, body.Password, Given(body.FullName), Given(body.Mail));
        return await app.Session.EnrolAsync(new EnrolmentWish(registration, body.Register, passphrase), call.Cancellation);
    }

    private static async Task<Answer<Nothing>> UnlockAsync(AppParts app, Call call, PassphraseBody body) =>
        body.Passphrase is { } typed && Password(typed, "passphrase") is { } wrong ? wrong : await app.Session.UnlockAsync(body.Passphrase, call.Cancellation);

    private static async Task<Answer<Nothing>> LoginAsync(AppParts app, Call call, PasswordBody body) =>
        Password(body.Password, "password") is { } wrong ? wrong : await app.Session.LoginAsync(body.Password, call.Cancellation);

    private static Task<Answer<Nothing>> Quit(AppParts app)
    {
        app.Session.AskToQuit();
        return Task.FromResult<Answer<Nothing>>(Nothing.Here);
    }

    private static async Task<Answer<Nothing>> AwayAsync(AppParts app, Call call, AwayBody body)
    {
        await app.Chat.SetAwayAsync(body.Away, call.Cancellation);
        app.Session.StatusIsDue();
        return Nothing.Here;
    }

    private static async Task<Answer<Nothing>> AcknowledgeAsync(AppParts app, Call call)
    {
        if (!long.TryParse(call.Segment("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var alarm)) return Problem.Invalid("The id of an alarm is a decimal number.");
        return await app.Session.AcknowledgeAsync(alarm, call.Cancellation);
    }

    private static bool TryLink(
        string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out JoinLink? link, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Problem? problem)
    {
        link = null;
        problem = null;
        if (text.Length > LongestLink) problem = Problem.Invalid("This is too long for a join link.");
        else if (!JoinLink.TryParse(text, out link, out var why)) problem = Problem.Invalid($"{char.ToUpperInvariant(why[0])}{why[1..]}.");
        return link is not null;
    }

    private static Problem? Password(string text, string what) => text.Length switch
    {
        0 => Problem.Invalid($"The {what} is empty; type it."),
        > Limits.Password => Problem.Invalid($"The {what} is too long; {Limits.Password} characters are the limit."),
        _ => null,
    };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
