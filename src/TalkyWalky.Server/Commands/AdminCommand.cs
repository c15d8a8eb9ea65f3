using System.CommandLine;
using Microsoft.Extensions.Logging;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>What commands share that ask the running server, or work on the data of a stopped one.</summary>
internal static class AdminCommand
{
    public static async Task<int> SendAsync(CommandContext context, ParseResult parsed, AdminRequest request, Action<AdminAnswer> write, CancellationToken cancellation)
    {
        await using var channel = await OpenAsync(context, parsed, cancellation);
        var answer = await channel.SendAsync(request, cancellation);
        if (answer is AdminAnswer.Refused refused) throw new ServerException(refused.Error);
        write(answer);
        return ExitCode.Done;
    }

    public static async Task<AdminChannel> OpenAsync(CommandContext context, ParseResult parsed, CancellationToken cancellation)
    {
        var folder = DataFolder.Find(context.DataPath(parsed));
        if (await AdminSocketChannel.TryConnectAsync(folder.AdminSocket, context.Time, cancellation) is { } running) return running;
        var configuration = context.ReadConfiguration(parsed, folder, CommandLineSettings.None);
        return await DataChannel.OpenAsync(folder, configuration, context.CreateServices(LogLevel.Warning), cancellation);
    }
}
