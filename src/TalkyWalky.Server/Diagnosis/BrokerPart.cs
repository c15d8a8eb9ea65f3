using TalkyWalky.Engines;
using TalkyWalky.Engines.RabbitMq.Diagnosis;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Diagnosis;

/// <summary>Where messages wait.</summary>
internal sealed class BrokerPart(ServerConfiguration configuration)
{
    public DoctorPart Part => new("broker", LookAsync);

    private async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        try
        {
            return ServerEngines.RabbitOf(configuration.Broker) is { } options
                ? await new RabbitDoctor(options).ExamineAsync(cancellation)
                : [new Finding("file", Verdict.Good, "in the data folder: there is no RabbitMQ to look at", null)];
        }
        catch (ServerException missing)
        {
            return [new Finding("password", Verdict.Bad, missing.Message, null)];
        }
    }
}
