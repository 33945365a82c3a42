using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary><c>nvidia-smi mig</c>: profiles, GPU instances and compute instances. The texts follow NVIDIA's MIG user guide; none is sampled from ESXi.</summary>
internal static class SmiMigCommand
{
    private const int InUse = 19;
    private const int NotFound = 6;

    public static ShellResult Run(IReadOnlyList<SmiGpu> gpus, SmiOptions options)
    {
        List<SmiGpu> able = gpus.Where(gpu => gpu.State.IsMigOn).ToList();
        return able.Count == 0 ? ShellCall.Says("No MIG-enabled devices found.", NotFound)
            : options.Has("-lgip") ? ListProfiles(able)
            : options.Has("-lgi") ? ListInstances(able)
            : options.Has("-lci") ? ListComputeInstances(able)
            : options["-cgi"] is { } profiles ? Create(able, profiles.Split(','), options.Has("-C"))
            : options.Has("-cci") ? CreateComputeInstances(able, Numbers(options["-gi"]))
            : options.Has("-dci") ? DestroyComputeInstances(able, Numbers(options["-gi"]))
            : options.Has("-dgi") ? Destroy(able, Numbers(options["-gi"]))
            : ShellCall.Says("Invalid combination of input arguments. Please run 'nvidia-smi mig -h' for help.", 2);
    }

    private static ShellResult ListProfiles(List<SmiGpu> gpus)
    {
        const string Rule = "+-----------------------------------------------------------------------------+\n";
        StringBuilder text = new();
        text.Append(Rule)
            .Append("| GPU instance profiles:                                                      |\n")
            .Append("| GPU   Name             ID    Instances   Memory     P2P    SM    DEC   ENC  |\n")
            .Append("|                              Free/Total   GiB              CE    JPEG  OFA  |\n")
            .Append("|=============================================================================|\n");
        foreach (SmiGpu gpu in gpus)
        {
            foreach (MigProfile profile in MigProfile.OfCard(gpu.Card).Reverse())
            {
                int free = MigSpace.CountFree(gpu.State.Instances, profile);
                int total = MigSpace.CountFree([], profile);
                string memory = (profile.MemoryMB / 1024.0 * 0.95).ToString("0.00", CultureInfo.InvariantCulture);
                text.Append(string.Format(
                    CultureInfo.InvariantCulture,
                    "|{0,4}  {1,-17}{2,3}{3,9}{4,13}       No{5,7}     0     0   |\n",
                    gpu.Index, profile.Name, profile.Id, string.Format(CultureInfo.InvariantCulture, "{0}/{1}", free, total), memory, profile.ComputeSlices * 14));
                text.Append(string.Format(CultureInfo.InvariantCulture, "|{0,62}     0     0   |\n", profile.ComputeSlices));
                text.Append(Rule);
            }
        }

        return ShellCall.Says(text.ToString());
    }

    private static ShellResult ListInstances(List<SmiGpu> gpus)
    {
        if (gpus.All(gpu => gpu.State.Instances.Count == 0))
        {
            return ShellCall.Says("No GPU instances found: Not Found", NotFound);
        }

        const string Rule = "+-------------------------------------------------------+\n";
        StringBuilder text = new();
        text.Append(Rule)
            .Append("| GPU instances:                                        |\n")
            .Append("| GPU   Name             Profile  Instance   Placement  |\n")
            .Append("|                          ID       ID       Start:Size |\n")
            .Append("|=======================================================|\n");
        foreach ((SmiGpu gpu, MigInstance instance) in gpus.SelectMany(gpu => gpu.State.Instances.OrderBy(instance => instance.Start).Select(instance => (gpu, instance))))
        {
            text.Append(string.Format(
                CultureInfo.InvariantCulture, "|{0,4}  {1,-17}{2,4}{3,9}{4,13}     |\n", gpu.Index, instance.Profile.Name, instance.Profile.Id, instance.Id, string.Format(CultureInfo.InvariantCulture, "{0}:{1}", instance.Start, instance.Profile.MemorySlices)));
            text.Append(Rule);
        }

        return ShellCall.Says(text.ToString());
    }

    private static ShellResult ListComputeInstances(List<SmiGpu> gpus)
    {
        if (gpus.All(gpu => gpu.State.Instances.All(instance => instance.ComputeInstances.Count == 0)))
        {
            return ShellCall.Says("No compute instances found: Not Found", NotFound);
        }

        const string Rule = "+--------------------------------------------------------------------+\n";
        StringBuilder text = new();
        text.Append(Rule)
            .Append("| Compute instances:                                                 |\n")
            .Append("| GPU     GPU       Name             Profile   Instance   Placement  |\n")
            .Append("|       Instance                       ID        ID       Start:Size |\n")
            .Append("|         ID                                                         |\n")
            .Append("|====================================================================|\n");
        foreach ((SmiGpu gpu, MigInstance instance) in gpus.SelectMany(gpu => gpu.State.Instances.Select(instance => (gpu, instance))))
        {
            for (int i = 0; i < instance.ComputeInstances.Count; i++)
            {
                text.Append(string.Format(CultureInfo.InvariantCulture, "|{0,4}{1,7}       {2,-17}{3,4}{4,10}{5,13}     |\n", gpu.Index, instance.Id, instance.Profile.Name, instance.ComputeInstances[i] - 1, i, "0:" + instance.ComputeInstances[i]));
                text.Append(Rule);
            }
        }

        return ShellCall.Says(text.ToString());
    }

    private static ShellResult Create(List<SmiGpu> gpus, string[] names, bool withCompute)
    {
        StringBuilder text = new();
        foreach (SmiGpu gpu in gpus)
        {
            foreach (string name in names)
            {
                if (MigProfile.OfCard(gpu.Card).FirstOrDefault(each => each.Id.ToString(CultureInfo.InvariantCulture) == name || each.Name.Substring(4) == name || each.Name == name) is not { } profile)
                {
                    return ShellCall.Says(text.Append("Unable to create a GPU instance on GPU ").Append(Two(gpu.Index)).Append(" using profile ").Append(name).Append(": Invalid Argument\nFailed to create GPU instances: Invalid Argument\n").ToString(), 2);
                }

                if (MigSpace.Find(gpu.State.Instances, profile, false) is not { } start)
                {
                    return ShellCall.Says(text.Append("Unable to create a GPU instance on GPU ").Append(Two(gpu.Index)).Append(" using profile ").Append(profile.Name).Append(" (ID ").Append(Two(profile.Id)).Append("): Insufficient Resources\nFailed to create GPU instances: Insufficient Resources\n").ToString(), InUse);
                }

                MigInstance instance = new(gpu.State.NextInstanceId(), profile, start);
                gpu.State.Instances.Add(instance);
                text.Append("Successfully created GPU instance ID ").Append(Two(instance.Id)).Append(" on GPU ").Append(Two(gpu.Index)).Append(" using profile ").Append(profile.Name).Append(" (ID ").Append(Two(profile.Id)).Append(")\n");
                if (withCompute)
                {
                    AddCompute(text, gpu, instance);
                }
            }
        }

        return ShellCall.Says(text.ToString());
    }

    private static ShellResult CreateComputeInstances(List<SmiGpu> gpus, HashSet<int>? ids)
    {
        StringBuilder text = new();
        foreach ((SmiGpu gpu, MigInstance instance) in Chosen(gpus, ids))
        {
            if (instance.ComputeInstances.Count == 0)
            {
                AddCompute(text, gpu, instance);
            }
        }

        return text.Length > 0 ? ShellCall.Says(text.ToString()) : ShellCall.Says("Failed to create compute instances: Insufficient Resources", InUse);
    }

    private static ShellResult DestroyComputeInstances(List<SmiGpu> gpus, HashSet<int>? ids)
    {
        StringBuilder text = new();
        foreach ((SmiGpu gpu, MigInstance instance) in Chosen(gpus, ids))
        {
            for (int i = 0; i < instance.ComputeInstances.Count; i++)
            {
                text.Append("Successfully destroyed compute instance ID ").Append(Two(i)).Append(" from GPU ").Append(Two(gpu.Index)).Append(" GPU instance ID ").Append(Two(instance.Id)).Append('\n');
            }

            instance.ComputeInstances.Clear();
        }

        return text.Length > 0 ? ShellCall.Says(text.ToString()) : ShellCall.Says("No compute instances found: Not Found", NotFound);
    }

    private static ShellResult Destroy(List<SmiGpu> gpus, HashSet<int>? ids)
    {
        List<(SmiGpu Gpu, MigInstance Instance)> chosen = Chosen(gpus, ids).ToList();
        if (chosen.Count == 0)
        {
            return ShellCall.Says("No GPU instances found: Not Found", NotFound);
        }

        StringBuilder text = new();
        foreach ((SmiGpu gpu, MigInstance instance) in chosen)
        {
            if (instance.ComputeInstances.Count > 0 || gpu.Vgpus.Any(vgpu => vgpu.Seat.Instance == instance))
            {
                return ShellCall.Says(text.Append("Unable to destroy GPU instance ID ").Append(Two(instance.Id)).Append(" from GPU ").Append(Two(gpu.Index)).Append(": In use by another client\nFailed to destroy GPU instances: In use by another client\n").ToString(), InUse);
            }

            gpu.State.Instances.Remove(instance);
            text.Append("Successfully destroyed GPU instance ID ").Append(Two(instance.Id)).Append(" from GPU ").Append(Two(gpu.Index)).Append('\n');
        }

        return ShellCall.Says(text.ToString());
    }

    private static void AddCompute(StringBuilder text, SmiGpu gpu, MigInstance instance)
    {
        instance.ComputeInstances.Add(instance.Profile.ComputeSlices);
        text.Append("Successfully created compute instance ID  0 on GPU ").Append(Two(gpu.Index)).Append(" GPU instance ID ").Append(Two(instance.Id)).Append(" using profile ").Append(instance.Profile.Name).Append(" (ID ").Append(Two(instance.Profile.ComputeSlices - 1)).Append(")\n");
    }

    private static IEnumerable<(SmiGpu Gpu, MigInstance Instance)> Chosen(List<SmiGpu> gpus, HashSet<int>? ids) =>
        gpus.SelectMany(gpu => gpu.State.Instances.Where(instance => ids?.Contains(instance.Id) != false).Select(instance => (gpu, instance)));

    private static HashSet<int>? Numbers(string? list) =>
        list is null ? null : [.. list.Split(',').Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : -1)];

    private static string Two(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(2);
}
