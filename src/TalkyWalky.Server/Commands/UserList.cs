using System.Globalization;
using System.Text.Json;
using TalkyWalky.Server.Administration;

namespace TalkyWalky.Server.Commands;

/// <summary>Writes all accounts, a page at a time.</summary>
internal static class UserList
{
    public static async Task<int> WriteAsync(CommandContext context, AdminChannel channel, bool json, CancellationToken cancellation)
    {
        string? after = null;
        var count = 0;
        while (true)
        {
            var answer = await channel.SendAsync(new AdminRequest.ListUsers(after, AdminRequest.ListUsers.MaxLimit), cancellation);
            if (answer is AdminAnswer.Refused refused) throw new ServerException(refused.Error);
            var users = (AdminAnswer.Users)answer;
            foreach (var user in users.Page) context.Terminal.Output.WriteLine(json ? JsonSerializer.Serialize(user, AdminJson.Default.UserEntry) : Line(user, context.Time.GetUtcNow()));
            count += users.Page.Count;
            if (!users.More || users.Page.Count == 0) break;
            after = users.Page[^1].Username;
        }

        if (count == 0 && !json) context.Terminal.Error.WriteLine("no accounts yet; add one with: talkywalkyd user add NAME");
        return ExitCode.Done;
    }

    private static string Line(UserEntry user, DateTimeOffset now)
    {
        var state = !user.Enabled ? "disabled"
            : user.LockedUntil == DateTimeOffset.MaxValue ? "locked" // until an administrator unlocks it
            : user.LockedUntil is { } until && until > now ? string.Create(CultureInfo.InvariantCulture, $"locked until {until:yyyy-MM-dd HH:mm:ss}Z")
            : "enabled";
        return $"{user.Username,-20}  {state,-8}  {Terminal.Plain(user.FullName)}{(user.Mail is null ? "" : $" <{Terminal.Plain(user.Mail)}>")}";
    }
}
