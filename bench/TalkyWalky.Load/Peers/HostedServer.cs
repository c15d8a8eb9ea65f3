using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Load.Peers;

/// <summary>Kestrel as talkywalkyd sets it up, on a free port of loopback.</summary>
internal static class HostedServer
{
    private static readonly LimitSettings Settings = new(Connections: 100_000, HandshakeTimeout: TimeSpan.FromSeconds(60), KeepAliveTimeout: TimeSpan.FromSeconds(60));

    public static WebApplication Build(Action<ListenOptions> listening)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            KestrelLimits.Apply(options, Settings);
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listening(listen);
            });
        });
        builder.WebHost.UseSockets(static options =>
        {
            options.Backlog = 2048;
            KestrelLimits.Apply(options);
        });
        return builder.Build();
    }

    /// <summary>Says "ready PORT" and serves until standard input ends.</summary>
    public static async Task ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Console.WriteLine($"ready {new Uri(address).Port}");
        while (await Console.In.ReadLineAsync() is not null) { }
    }

    /// <summary>From what <see cref="ServeAsync"/> said.</summary>
    public static int PortOf(string ready) => int.Parse(ready.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
