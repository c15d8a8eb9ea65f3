using TalkyWalky.Engines;
using TalkyWalky.Engines.Postgres.Diagnosis;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Diagnosis;

/// <summary>Where accounts, devices and rooms are kept.</summary>
internal sealed class StorePart(ServerConfiguration configuration, TimeProvider time)
{
    public DoctorPart Part => new("store", LookAsync);

    private async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        if (!configuration.Store.IsPostgres) return [new Finding("file", Verdict.Good, "in the data folder: there is no database to look at", null)];
        try
        {
            return await new PostgresDoctor(ServerEngines.PostgresOf(configuration.Store), time).ExamineAsync(cancellation);
        }
        catch (ServerException missing)
        {
            return [new Finding("password", Verdict.Bad, missing.Message, null)];
        }
    }
}
